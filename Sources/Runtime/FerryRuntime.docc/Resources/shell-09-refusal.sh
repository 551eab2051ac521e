$ swift run -c release ask ../work/model.ferry ../work/golden/outputs.npy
error: REPLACE
