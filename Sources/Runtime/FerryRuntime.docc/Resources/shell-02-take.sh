$ cp -r ../ferry/golden/networks/mobilenet-ts17-folded-dynamic golden
$ cp golden/model.onnx model.onnx
