/// The geometry that convolution and pooling share. Pads at the end are implied by the output's size: what lies outside
/// the input is zero (pooling: absent).
public struct Window: BitwiseCopyable, Sendable {
  public var inputHeight, inputWidth: Int
  public var outputHeight, outputWidth: Int
  public var kernelHeight, kernelWidth: Int
  public var strideHeight, strideWidth: Int
  public var dilationHeight, dilationWidth: Int
  public var padTop, padLeft: Int
  public init(
    inputHeight: Int, inputWidth: Int, outputHeight: Int, outputWidth: Int, kernelHeight: Int, kernelWidth: Int,
    strideHeight: Int = 1, strideWidth: Int = 1, dilationHeight: Int = 1, dilationWidth: Int = 1,
    padTop: Int = 0, padLeft: Int = 0
  ) {
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.padTop = padTop
    self.padLeft = padLeft
  }
}
