"""逾期预测: the chance that an open case misses its due date, learned from cases that ended.

Nothing in it is hidden: a history is read (`story`), cut into periods and moments of their life
(`runs`), told as a few numbers (`features`, `records`), weighed (`fitting`), tried on cases that
were not seen (`calibration`), said of open cases with the reasons (`predicting`), and held against
what then happened (`judging`). What is learned at a moment uses only what was known by then.
"""
