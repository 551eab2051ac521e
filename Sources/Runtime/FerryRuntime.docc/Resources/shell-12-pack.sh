$ cd ../work
$ cp model.ferry other.ferry        # stands for a second network
$ ferry pack recipe.json -o two-opinions.ferry
two-opinions.ferry: 2 models, 185 kB of weights, 141 kB in all
pipeline two-opinions
  video, picture or folder of frames
   │  3 frames, evenly spaced; where one shows no face, the next is tried
   ├─ first   64×64  rgb 0-1 − mean ÷ std, pil-bilinear  softmax, class 0  weight 1
   ├─ second  64×64  rgb 0-1 − mean ÷ std, pil-bilinear  softmax, class 0  weight 1
   ▼
  mean over the faces of each, geometric mean of 2 members = CAT
  fewer than 1 face in a video, a failure or NaN: 0.5
