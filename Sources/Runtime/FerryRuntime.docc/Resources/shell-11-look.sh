$ swift run -c release look ../work/model.ferry ../ferry/golden/pictures/rgb.png
REPLACE
