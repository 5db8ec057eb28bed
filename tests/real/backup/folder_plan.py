"""The plan of the tests that back up a folder."""

FILES = """
source: {kind: files, paths: ["${site}/data"], sqlite: ["${state}/hisops.db"]}
expect: {max_drop: 20%}
drill: {every: 30 d, assert: [{checksums: true}]}
"""
