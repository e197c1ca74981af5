{{- define "pdp.dns" -}}
- to:
    - namespaceSelector:
        matchLabels: {kubernetes.io/metadata.name: {{ .Values.networkPolicy.namespaces.dns }}}
  ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
{{- end }}

{{- define "pdp.apiServer" -}}
- to: {{- .Values.networkPolicy.apiServer | default "" | required "networkPolicy.apiServer is needed: the API server's addresses; without them stores and brokers reach the whole internet" | toYaml | nindent 4 }}
  ports: [{port: 443, protocol: TCP}, {port: 6443, protocol: TCP}]
{{- end }}
