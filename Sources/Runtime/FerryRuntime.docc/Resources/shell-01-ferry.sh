$ cd ferry                     # your copy of Ferry's repository
$ scripts/setup                # installs what the command needs (Debian 12, Ubuntu)
$ swift build -c release --product ferry
$ export PATH="$PWD/.build/release:$PATH"
$ mkdir -p ../work && cd ../work
