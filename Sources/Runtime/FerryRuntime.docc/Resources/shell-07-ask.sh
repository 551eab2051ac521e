$ swift run -c release ask ../work/model.ferry
model model
  input input float32 [batch, 3, 64, 64]
  output output float32 [batch, 10]
