// One import serves an inference tool: bundles, tensors and errors come along.
@_exported import FerryModel
@_exported import FerryPicture
@_exported import FerryTensor
@_exported import enum FerryKernelInterface.InstructionSet
