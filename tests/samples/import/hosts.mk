# Constructed after Checkmk's etc/check_mk/conf.d/wato/hosts.mk (2.1); not recorded.
# Created by WATO
# encoding: utf-8

all_hosts += ['db-lis-3', 'prn-12']

host_tags.update({'db-lis-3': {'agent': 'cmk-agent', 'criticality': 'prod'}})

host_labels.update({'db-lis-3': {'cmk/os_family': 'linux'}})

# Explicit IPv4 addresses
ipaddresses.update({'db-lis-3': '10.30.0.93', 'prn-12': '10.100.3.12'})

# Host attributes (needed for WATO)
host_attributes.update({
 'db-lis-3': {'ipaddress': '10.30.0.93', 'tag_agent': 'cmk-agent', 'alias': '检验库 3',
              'labels': {'ward': 'lab'}, 'meta_data': {'created_at': 1668000000.0}},
 'prn-12': {'tag_agent': 'no-agent'},
})

folder_attributes.update({'/wato/': {}})
