$ ferry convert model.onnx -o model.ferry
model.ferry: 52 nodes became 24, 44 weights of 79 kB, in 0.13 s
  source   model.onnx, pytorch 2.13.0, opset 17
  nodes    24 carried, 21 folded, 3 constants, 4 shape arithmetic
  weights  44 carried
  passes   recognise-flatten 1×, recognise-global-pooling 1×, fuse-activation 21×
  bundle   135 kB, structure 4f3e0e62ccb5474d
