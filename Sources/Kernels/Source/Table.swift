public import FerryKernelInterface

#if FERRY_AVX512
  private let instructionSet = InstructionSet.avx512
#elseif FERRY_AVX2
  private let instructionSet = InstructionSet.avx2
#else
  private let instructionSet = InstructionSet.baseline
#endif

/// The kernels as this module's flags compiled them. Only a processor that has the instruction set may call them.
public func kernelTable() -> KernelTable {
  KernelTable(
    instructionSet: instructionSet,
    matrixProduct: { matrixProduct($0, $1, $2) },
    convolution: { convolution($0, $1, $2, $3) },
    depthwise: { depthwise($0, $1) },
    pool: { pool($0, $1) },
    globalAverage: { globalAverage($0, $1) },
    unary: { unary($0, $1) },
    binary: { binary($0, $1) },
    toChannelsLast: { toChannelsLast($0, $1) },
    toRowMajor: { toRowMajor($0, $1) })
}
