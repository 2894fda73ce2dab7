/** What carries out one task: without the workflow engine, which takes longer to load than most steps take. */
export { carryOutTask, type TaskOptions, type TaskVerdict } from "./tasks/carry-out-task.js";
