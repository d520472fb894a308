"""What residents report and people add: by webhook, file, e-mail or the console.

Each of these doors makes `Report`s; taking them in durably is one function, which is
handed in. A reporter's name and contact are in the original alone, which is kept as
evidence; what goes into the log has them masked.
"""
