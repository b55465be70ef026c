"""One file for each thing in which the emulator is weaker than AWS.

Each has `install(custom_resources)`, called once before the emulator serves anything, and begins with what is corrected and when
the file can go.
"""
