/** `my-model` → `myModelPipeline`: never a word of the language, nor one that it imports. */
export function toVariableName(project: string): string {
  return `${project.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase())}Pipeline`;
}

/** `my-model` → `MY_MODEL_DATA`, the setting that holds the address of its data. */
export function toSettingName(project: string): string {
  return `${project.toUpperCase().replaceAll("-", "_")}_DATA`;
}
