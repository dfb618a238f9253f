"""A model (or a list of rules) that judges replies by a rubric, and how far it can be believed.

judge = Judge(gateway, spec)
judgement = await judge.score(result)            # three scores, UNSCORED where the judge failed
preference = await judge.prefer(a, b)            # asked in both orders

`calibration` holds a judge against labelled replies, `correction` corrects a pass rate by what that showed; see
docs/judge.md.
"""
