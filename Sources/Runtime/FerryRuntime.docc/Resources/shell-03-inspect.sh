$ ferry inspect model.onnx
model.onnx: ONNX, 90 kB, pytorch 2.13.0, opset 17
input   input   batch×3×64×64
output  output  batch×10
convert would carry:
  52 nodes as 24: 21 Conv, 1 Flatten, 1 Gemm, 1 GlobalPool
  of the source's nodes: 24 carried, 21 folded, 3 constants, 4 shape arithmetic
  44 weights of 79 kB; of the source's: 44 carried
  passes: recognise-flatten 1×, recognise-global-pooling 1×, fuse-activation 21×
