$ cd ../first-tool
$ picture=../ferry/golden/pictures/rgb.png
$ swift run -c release score ../work/two-opinions.ferry $picture $picture $picture
1 of 3
2 of 3
3 of 3
CAT 0.03270731493830681
  first 0.03270731493830681
  second 0.03270731493830681
  frame 0 [0.03270731493830681, 0.03270731493830681]
  frame 1 [0.03270731493830681, 0.03270731493830681]
  frame 2 [0.03270731493830681, 0.03270731493830681]
