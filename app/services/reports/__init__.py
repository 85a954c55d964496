"""Reports: weekly, monthly, of a term, of a year; their figures are frozen with the cases behind.

`spans` says which days a report is about, `marks` what is counted, `census` counts it in one pass,
`figures` puts it together, `making` keeps it and has it written into a Word template.
"""
