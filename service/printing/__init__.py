"""Cases on paper: the approval sheet (审批单) as PDF, and the complete case file (案卷) as a zip.

sheet       what stands on a sheet, as plain data          casefile    the zip and its manifest
gathering   reads a case into one, as its reader may see   entries     names inside the zip
sentences   what happened, in words                        fonts       the fonts, cut down to what is printed
layout      lines and columns of a text                    paper       draws a sheet on A4

The same case, revision and reader give the same bytes.
"""
