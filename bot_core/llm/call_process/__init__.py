"""Model calls in a process of their own.

Many calls at once are bound by one processor, of which litellm takes half; and litellm's 1.4 s of import can pass while
a run reads its cases. `process` starts it, `gateway` asks it, `__main__` is it, `wire` is what goes between.
"""
