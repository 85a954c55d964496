"""As it was: the register at the end of any past day, rebuilt from history and from nothing else.

Open steps are the one exception: they are read from the tasks, which history does not list.
"""
