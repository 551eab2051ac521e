$ cd ../first-tool
$ picture=../ferry/golden/pictures/rgb.png
$ swift run -c release score ../work/two-opinions.ferry $picture $picture $picture
REPLACE
