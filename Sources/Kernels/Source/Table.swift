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
    matrixProduct: Kernel { matrixProduct(read($0), $1..<$2, $3..<$4, $5) },
    scatteredProduct: Kernel { task, firstRow, endRow, firstPanel, endPanel, _ in
      scatteredProduct(read(task), firstRow..<endRow, firstPanel..<endPanel)
    },
    convolution: Kernel { task, firstRow, endRow, firstPanel, endPanel, scratch in
      if let scratch { convolution(read(task), firstRow..<endRow, firstPanel..<endPanel, scratch) }
    },
    depthwise: Kernel { task, firstRow, endRow, firstBlock, endBlock, _ in
      depthwise(read(task), firstRow..<endRow, firstBlock..<endBlock)
    },
    separable: Kernel { task, firstRow, endRow, _, _, scratch in
      if let scratch { separable(read(task), firstRow..<endRow, scratch) }
    },
    pool: Kernel { task, first, end, _, _, _ in pool(read(task), first..<end) },
    globalAverage: Kernel { task, first, end, firstBlock, endBlock, _ in
      globalAverage(read(task), first..<end, firstBlock..<endBlock)
    },
    unary: Kernel { task, first, end, _, _, _ in unary(read(task), first..<end) },
    binary: Kernel { task, first, end, _, _, _ in binary(read(task), first..<end) },
    toChannelsLast: Kernel { task, first, end, _, _, _ in toChannelsLast(read(task), first..<end) },
    toRowMajor: Kernel { task, first, end, _, _, _ in toRowMajor(read(task), first..<end) },
    multiplyAddPeak: { multiplyAddPeak($0, $1) })
}

@_transparent
private func read<Task: BitwiseCopyable>(_ task: UnsafeRawPointer) -> Task {
  task.assumingMemoryBound(to: Task.self).pointee
}
