$ swift run -c release ask ../work/model.ferry nowhere.npy
error: there is no such file
  at nowhere.npy
