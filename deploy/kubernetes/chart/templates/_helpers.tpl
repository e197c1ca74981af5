{{/* The catalogue, as JSON. */}}
{{- define "pdp.catalogue" -}}
{{ .Files.Get "catalogue.json" }}
{{- end }}

{{/* Topics, groups and users of one partner, as JSON: dict "root" "code". */}}
{{- define "pdp.partner" -}}
{{ (include "pdp.catalogue" .root | fromJson).partner | toJson | replace "CODE" .code }}
{{- end }}

{{/* Consumer groups of one service with those of its partners, as a JSON list: dict "root" "name". */}}
{{- define "pdp.groups" -}}
{{- $groups := get (get (include "pdp.catalogue" .root | fromJson).services .name) "groups" -}}
{{- range .root.Values.partners -}}
{{- $partner := include "pdp.partner" (dict "root" $.root "code" .) | fromJson -}}
{{- $groups = concat $groups (get $partner.groups $.name | default list) -}}
{{- end -}}
{{ toJson $groups }}
{{- end }}

{{/* Settings of one service, as JSON: dict "root" "name". Refuses more consumers than there are partitions. */}}
{{- define "pdp.service" -}}
{{- $settings := mergeOverwrite (deepCopy .root.Values.service) (get .root.Values.services .name | default dict) -}}
{{- $partitions := 0 -}}
{{- range get (get (include "pdp.catalogue" .root | fromJson).services .name) "groups" -}}
{{- range .topics -}}{{- $partitions = max $partitions (int .partitions) -}}{{- end -}}
{{- end -}}
{{- $members := mul (int $settings.maxReplicas) (int $settings.consumers) -}}
{{- if and $partitions (gt $members $partitions) -}}
{{- fail (printf "%d processes of %s have %d consumers, but no topic that it reads has more than %d partitions" (int $settings.maxReplicas) .name $members $partitions) -}}
{{- end -}}
{{ toJson $settings }}
{{- end }}

{{/* Where the portal finds each stage's API, as JSON. */}}
{{- define "pdp.stages" -}}
{{- $stages := dict -}}
{{- range $name, $_ := (include "pdp.catalogue" . | fromJson).services -}}
{{- if ne $name "portal" -}}{{- $_ := set $stages $name (printf "http://%s:8000" $name) -}}{{- end -}}
{{- end -}}
{{ toJson $stages }}
{{- end }}

{{/* Labels of every object: dict "root" "component". */}}
{{- define "pdp.labels" -}}
{{ include "pdp.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* Labels that do not change over a release's life: dict "root" "component". */}}
{{- define "pdp.selector" -}}
app.kubernetes.io/name: {{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
{{- end }}

{{/* Labels of our own services' pods, whichever: dict "root". */}}
{{- define "pdp.serviceSelector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/component: service
{{- end }}

{{- define "pdp.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "pdp.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "pdp.keep" -}}
# Uninstalling the program must not take its data along.
helm.sh/resource-policy: keep
{{- end }}

{{/* Labels of what Prometheus is to find: dict "root" "component". */}}
{{- define "pdp.monitoringLabels" -}}
{{ include "pdp.labels" . }}
{{- with .root.Values.monitoring.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pdp.operatorContainer" -}}
securityContext:
  allowPrivilegeEscalation: false
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Where what was erased is kept; nothing where that is nowhere. */}}
{{- define "pdp.erasures" -}}
{{- if .Values.sealing.erasures }}{{ .Values.sealing.erasures }}{{ else if .Values.backup.enabled }}{{ trimSuffix "/" .Values.backup.destination }}/erasures{{ end }}
{{- end }}
