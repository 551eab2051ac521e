$ ferry verify model.ferry --golden golden
case                                    value   shape  max error  error/max|e|   ulp  tolerance  verdict
mobilenet-ts17-folded-dynamic, batch 1  output  1×10    1.19e-05      5.60e-06   817  peak 2e-5  ok
mobilenet-ts17-folded-dynamic, batch 3  output  3×10    1.33e-05      4.16e-06  6770  peak 2e-5  ok

passed: 2 values in 2 cases within tolerance
