$ swift run -c release look ../work/model.ferry ../ferry/golden/pictures/rgb.png
class 4 0.3362133
class 8 0.24528554
class 2 0.12003607
