{{- define "atalaya.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "atalaya.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name (include "atalaya.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "atalaya.selector" -}}
app.kubernetes.io/name: {{ include "atalaya.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "atalaya.labels" -}}
{{ include "atalaya.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "atalaya.image" -}}
{{- $image := .Values.image -}}
{{ $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end }}
{{- end }}

{{- define "atalaya.serveImage" -}}
{{- $image := .Values.serveImage -}}
{{ $image.repository }}{{ if $image.digest }}@{{ $image.digest }}{{ else }}:{{ default .Chart.AppVersion $image.tag }}{{ end }}
{{- end }}

{{- define "atalaya.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}{{ default (include "atalaya.fullname" .) .Values.serviceAccount.name }}
{{- else }}{{ default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "atalaya.databaseSecret" -}}
{{- if .Values.database.existingSecret }}{{ .Values.database.existingSecret }}
{{- else if .Values.trial.postgresql.enabled }}{{ include "atalaya.fullname" . }}-trial
{{- else }}{{ fail "database.existingSecret is not set: name the Secret with PostgreSQL's password, or set trial.postgresql.enabled" }}
{{- end }}
{{- end }}

{{- define "atalaya.objectsSecret" -}}
{{- if .Values.objects.existingSecret }}{{ .Values.objects.existingSecret }}
{{- else if .Values.trial.seaweedfs.enabled }}{{ include "atalaya.fullname" . }}-trial
{{- else }}{{ fail "objects.existingSecret is not set: name the Secret with the S3 store's keys, or set trial.seaweedfs.enabled" }}
{{- end }}
{{- end }}

{{/* The trial's own services are there only after the chart's resources, and so are hooks that need them. */}}
{{- define "atalaya.isTrial" -}}
{{- if or .Values.trial.postgresql.enabled .Values.trial.seaweedfs.enabled }}true{{ end }}
{{- end }}
