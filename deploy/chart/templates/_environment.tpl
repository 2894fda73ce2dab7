{{/* Variables of PostgreSQL and the object store: what every process needs. */}}
{{- define "atalaya.storeEnvironment" -}}
{{- $database := .Values.database -}}
{{- if $database.urlKey }}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ include "atalaya.databaseSecret" . }}, key: {{ $database.urlKey }} } }
{{- else }}
- name: PG_HOST
  value: {{ include "atalaya.databaseHost" . | quote }}
- name: PG_PORT
  value: {{ $database.port | quote }}
- name: PG_DATABASE
  value: {{ $database.name | quote }}
- name: PG_USER
  value: {{ $database.user | quote }}
- name: PG_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ include "atalaya.databaseSecret" . }}, key: {{ $database.passwordKey }} } }
{{- end }}
- name: S3_ENDPOINT
  value: {{ include "atalaya.objectsEndpoint" . | quote }}
- name: AWS_REGION
  value: {{ .Values.objects.region | quote }}
- name: ATALAYA_S3_BUCKET
  value: {{ .Values.objects.bucket | quote }}
{{- range $zone, $bucket := .Values.objects.zones }}
{{- if $bucket }}
- name: ATALAYA_S3_BUCKET_{{ upper $zone }}
  value: {{ $bucket | quote }}
{{- end }}
{{- end }}
- name: AWS_ACCESS_KEY_ID
  valueFrom: { secretKeyRef: { name: {{ include "atalaya.objectsSecret" . }}, key: {{ .Values.objects.accessKeyKey }} } }
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: { secretKeyRef: { name: {{ include "atalaya.objectsSecret" . }}, key: {{ .Values.objects.secretKeyKey }} } }
{{- end }}

{{- define "atalaya.databaseHost" -}}
{{- if .Values.database.host }}{{ .Values.database.host }}
{{- else if .Values.trial.postgresql.enabled }}{{ include "atalaya.fullname" . }}-postgresql
{{- else }}{{ fail "database.host is not set: name PostgreSQL's host, or give the whole address in a Secret (database.urlKey)" }}
{{- end }}
{{- end }}

{{- define "atalaya.objectsEndpoint" -}}
{{- if .Values.objects.endpoint }}{{ .Values.objects.endpoint }}
{{- else if .Values.trial.seaweedfs.enabled }}http://{{ include "atalaya.fullname" . }}-seaweedfs:8333
{{- else }}{{ fail "objects.endpoint is not set: write the S3 store's address, such as https://s3.example.com" }}
{{- end }}
{{- end }}

{{/* What pipelines read besides: addresses of sources, and whatever the user adds. */}}
{{- define "atalaya.projectEnvironment" -}}
{{- range .Values.sampleSources }}
- name: {{ .setting }}
  value: http://{{ include "atalaya.fullname" $ }}-source-{{ .name }}:4700/data
{{- end }}
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{/* How a worker makes Jobs. Everything that a step's pod needs besides stands in the pod template. */}}
{{- define "atalaya.executorEnvironment" -}}
{{- with .Values.executor }}
{{- if .kind }}
- name: ATALAYA_EXECUTOR
  value: {{ .kind }}
{{- end }}
- name: ATALAYA_KUBERNETES_IMAGE
  value: {{ include "atalaya.image" $ | quote }}
- name: ATALAYA_KUBERNETES_PULL_POLICY
  value: {{ $.Values.image.pullPolicy }}
{{- with $.Values.image.pullSecrets }}
- name: ATALAYA_KUBERNETES_PULL_SECRETS
  value: {{ join "," . | quote }}
{{- end }}
- name: ATALAYA_KUBERNETES_PROJECT
  value: {{ include "atalaya.projectPath" $ | quote }}
- name: ATALAYA_KUBERNETES_POD_TEMPLATE
  value: {{ if eq $.Values.project.source "git" }}/project/pod.json{{ else }}/etc/atalaya/pod.json{{ end }}
- name: ATALAYA_KUBERNETES_CPU
  value: {{ .cpu | quote }}
- name: ATALAYA_KUBERNETES_MEMORY
  value: {{ .memory | quote }}
- name: ATALAYA_KUBERNETES_SCRATCH
  value: {{ .scratch | quote }}
- name: ATALAYA_KUBERNETES_DEADLINE
  value: {{ .deadline | quote }}
- name: ATALAYA_KUBERNETES_START_WITHIN
  value: {{ .startWithin | quote }}
- name: ATALAYA_KUBERNETES_KEEP
  value: {{ .keep | quote }}
- name: ATALAYA_KUBERNETES_LABELS
  value: app.kubernetes.io/instance={{ $.Release.Name }}{{ range $key, $value := .labels }},{{ $key }}={{ $value }}{{ end }}
{{- with .nodeSelector }}
- name: ATALAYA_KUBERNETES_NODE_SELECTOR
  value: {{ $pairs := list }}{{ range $key, $value := . }}{{ $pairs = append $pairs (printf "%s=%s" $key $value) }}{{ end }}{{ join "," $pairs | quote }}
{{- end }}
{{- with .tolerations }}
- name: ATALAYA_KUBERNETES_TOLERATIONS
  value: {{ join "," . | quote }}
{{- end }}
{{- with .queue }}
- name: ATALAYA_KUBERNETES_QUEUE
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
