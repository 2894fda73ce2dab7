{{- define "atalaya.projectPath" -}}
{{- $project := .Values.project -}}
{{- if eq $project.source "git" }}/project/current/{{ trimPrefix "/" $project.path }}
{{- else if eq $project.source "claim" }}/project/{{ trimPrefix "/" $project.path }}
{{- else }}{{ $project.path }}
{{- end }}
{{- end }}

{{/* What all our pods have: the account's rights are mounted only where they are used. */}}
{{- define "atalaya.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{- define "atalaya.container" -}}
image: {{ include "atalaya.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: {{- toYaml .Values.containerSecurityContext | nindent 2 }}
{{- end }}

{{/* Room to write: the home (spooled predictions, last good models) and /tmp. */}}
{{- define "atalaya.scratchMounts" -}}
- { name: home, mountPath: /var/lib/atalaya }
- { name: temporary, mountPath: /tmp }
{{- end }}

{{- define "atalaya.scratchVolumes" -}}
- { name: home, emptyDir: {} }
- { name: temporary, emptyDir: {} }
{{- end }}

{{- define "atalaya.projectMounts" -}}
{{- if ne .Values.project.source "image" }}
- { name: project, mountPath: /project, readOnly: true }
{{- end }}
{{- end }}

{{- define "atalaya.projectVolumes" -}}
{{- if eq .Values.project.source "git" }}
- { name: project, emptyDir: {} }
{{- else if eq .Values.project.source "claim" }}
- name: project
  persistentVolumeClaim: { claimName: {{ required "project.claim names the volume" .Values.project.claim }}, readOnly: true }
{{- end }}
{{- end }}

{{/* One container that fetches the repository. Takes a dict: root, name, revision, more (arguments), isSidecar, fills. */}}
{{- define "atalaya.fetchContainer" -}}
{{- $git := .root.Values.project.git -}}
- name: {{ .name }}
  {{- include "atalaya.container" .root | nindent 2 }}
  args: [fetch, {{ required "project.git.url is not set" $git.url | quote }}, /project, --revision, {{ .revision | quote }}{{ range .more }}, {{ . | quote }}{{ end }}]
  {{- if .isSidecar }}
  restartPolicy: Always
  {{- end }}
  env:
    - { name: ATALAYA_HOME, value: /tmp }
  {{- with $git.existingSecret }}
    - name: ATALAYA_GIT_USERNAME
      valueFrom: { secretKeyRef: { name: {{ . }}, key: username, optional: true } }
    - name: ATALAYA_GIT_PASSWORD
      valueFrom: { secretKeyRef: { name: {{ . }}, key: password } }
  {{- end }}
  resources:
    requests: { cpu: 20m, memory: 96Mi, ephemeral-storage: 64Mi }
    limits: { cpu: 500m, memory: 512Mi, ephemeral-storage: 2Gi }
  volumeMounts:
    - { name: project, mountPath: /project }
    - { name: temporary, mountPath: /tmp }
  {{- if .fills }}
    - { name: template, mountPath: /etc/atalaya, readOnly: true }
  {{- end }}
{{- end }}

{{/* Before the first start, and beside the process as long as it runs: a new commit makes the process end and begin anew. */}}
{{- define "atalaya.fetchContainers" -}}
{{- if eq .Values.project.source "git" -}}
{{- $git := .Values.project.git -}}
{{- $fill := list "--fill" "/etc/atalaya/pod.json" -}}
{{- include "atalaya.fetchContainer" (dict "root" . "name" "fetch" "revision" $git.revision "more" $fill "fills" true) }}
{{- if not (regexMatch "^[0-9a-f]{40}$" $git.revision) }}
{{- $follow := concat $fill (list "--every" (toString $git.everySeconds)) }}
{{ include "atalaya.fetchContainer" (dict "root" . "name" "follow" "revision" $git.revision "more" $follow "isSidecar" true "fills" true) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Arguments that name the project, and make the process end when it changes. */}}
{{- define "atalaya.projectArguments" -}}
{{- $words := list "--project" (include "atalaya.projectPath" .) -}}
{{- if eq .Values.project.source "git" }}{{ $words = concat $words (list "--until-changed" "/project/current") }}{{ end -}}
{{- toJson $words -}}
{{- end }}

{{/* Takes a dict: root, component, more (labels of one pipeline). */}}
{{- define "atalaya.spread" -}}
topologySpreadConstraints:
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "atalaya.podLabels" $ | nindent 8 }}
{{- end }}
{{- end }}

{{- define "atalaya.podLabels" -}}
{{ include "atalaya.selector" .root }}
app.kubernetes.io/component: {{ .component }}
{{- with .pipeline }}
atalaya.dev/pipeline: {{ . }}
{{- end }}
{{- end }}

{{/* Pods that shall not share a node with their like. */}}
{{- define "atalaya.affinity" -}}
{{- if .affinity }}
affinity: {{- toYaml .affinity | nindent 2 }}
{{- else }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels: {{- include "atalaya.podLabels" . | nindent 14 }}
{{- end }}
{{- end }}

{{- define "atalaya.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
