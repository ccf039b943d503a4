"""A simulated cloud that speaks the public wire protocol of Baidu AI Cloud.

`protocol/` is the door (signing, routing, errors), `store/` the documents, `world/` accounts, time and ids,
`faults/` what breaks; one folder per cloud service (`bcc/`, `eip/` ...) registered in `catalog.py`.
Nothing outside this package imports it: everybody else talks HTTP.
"""
