$ cd ..
$ ls
ferry  work
$ mkdir -p first-tool/Sources/ask
$ cd first-tool
