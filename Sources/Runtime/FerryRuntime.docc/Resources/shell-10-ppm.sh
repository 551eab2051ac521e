$ ffmpeg -i photograph.jpg photograph.ppm
$ swift run -c release look ../work/model.ferry photograph.ppm
