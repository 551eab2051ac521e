$ swift run -c release ask ../work/model.ferry ../work/golden/input.npy
output 1×10 [-0.38625765, -1.6689901, 2.0436246, -0.49550623, -0.5146262]
