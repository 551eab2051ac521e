"""The proof of `ferry detect`: the same pipeline in Python, on small videos. scripts/parity detect."""

import os

# Files that are no videos are among the inputs on purpose. Read when OpenCV is loaded.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
