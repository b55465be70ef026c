// Managed runtimes start the 3.x client from the end of its own module; the published module only exports `run`.
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
