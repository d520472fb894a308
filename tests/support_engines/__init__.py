"""Real engines on loopback for tests: Kafka, Elasticsearch, OpenSearch, PostgreSQL.

`python -m support_engines start` starts those that everybody shares and writes their
addresses to `var/engines.json`; a test that kills one starts its own (`KafkaNode`,
`ElasticNode`, `OpenSearchNode`, `support_postgres.server.Server`).
"""
