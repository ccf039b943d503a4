"""What both environments must agree on: schemas, ID shapes, secret masking, the world clock.

Pure Python >= 3.10; imported by bot, actions, support, cloudsim and convtest, and imports none of them.
"""
