"""Help articles: files of data/knowledge in both languages, searched by words (and vectors), shown as pages.

The files are the truth; the index is rebuilt when they change. Used by internal.views and the help pages.
"""
