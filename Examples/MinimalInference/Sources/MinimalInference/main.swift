import FerryRuntime

print("FerryRuntime is linked")
