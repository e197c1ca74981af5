{{/* How to reach a stage's store, over TLS to a verified server: dict "name" "as", `app` for the owner, which migrates it, or
`service`, which owns nothing. */}}
{{- define "pdp.storeEnv" -}}
- name: PDP_DATABASE_URL
  valueFrom:
    secretKeyRef: {name: {{ .name }}-store-{{ .as }}, key: uri}
- {name: PGSSLMODE, value: verify-full}
- {name: PGSSLROOTCERT, value: /etc/pdp/store/ca.crt}
{{- end }}

{{/* How to reach Kafka, and as whom: dict "name". */}}
{{- define "pdp.kafkaEnv" -}}
- {name: PDP_KAFKA_BOOTSTRAP, value: "kafka-kafka-bootstrap:9093"}
- {name: PDP_KAFKA_PROTOCOL, value: SASL_SSL}
- {name: PDP_KAFKA_MECHANISM, value: SCRAM-SHA-512}
- {name: PDP_KAFKA_CA_FILE, value: /etc/pdp/kafka/ca.crt}
- {name: PDP_KAFKA_USER, value: {{ .name }}}
- name: PDP_KAFKA_PASSWORD
  valueFrom:
    secretKeyRef: {name: kafka-user-{{ .name }}, key: password}
{{- end }}
