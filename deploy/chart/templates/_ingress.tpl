{{/* Takes a dict: root, ingress (values), name (of the Service behind it), port. */}}
{{- define "atalaya.ingress" -}}
{{- $service := printf "%s-%s" (include "atalaya.fullname" .root) .name -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ $service }}
  labels: {{- include "atalaya.labels" .root | nindent 4 }}
  {{- with .ingress.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- if .ingress.tlsSecret }}
  tls:
    - { hosts: [{{ .ingress.host | quote }}], secretName: {{ .ingress.tlsSecret }} }
  {{- end }}
  rules:
    - host: {{ required (printf "the ingress of %s has no host" .name) .ingress.host | quote }}
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: {{ $service }}, port: { number: {{ .port }} } } } }
{{- end }}
