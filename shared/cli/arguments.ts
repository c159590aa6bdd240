import { Command, CommanderError } from 'commander'
import type { OptionValues } from 'commander'
import { ConfigError } from '../config/config-error.ts'
import { version } from './version.ts'

/** Ends the process with a sentence on standard error: 1 for a start that cannot work, 2 for options that cannot be read. */
export function fail(message: string, code: 1 | 2 = 1): never {
  console.error(`error: ${message}`)
  process.exit(code)
}

/** A command whose `--version` says `NAME VERSION`, with the options all processes have. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version(`${name} ${version}`, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('-c, --config <file>', 'config file')
    .option('-l, --logfile <file>', 'append the log to this file instead of standard output')
    .option('-L, --loglevel <levels>', 'N, or a list of N and SERVICE:N; 0 error, 1 warning, 2 info, 3 debug, 4 trace')
    .option('--verbose', 'the same as --loglevel=3')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
}

/** Reads the process's arguments; ends the process on `--help`, `--version` and on mistakes. */
export function parse(command: Command): OptionValues {
  try {
    command.parse(process.argv.slice(2).flatMap(oldSpelling), { from: 'user' })
    return command.opts()
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) process.exit(0)
    return fail(error.message.replace(/^error: /, ''), 2)
  }
}

/** Pushpin 1.x took `-config` for `--config` and `-v` for `--version`. */
function oldSpelling(argument: string): string {
  if (argument === '-v') return '--version'
  return /^-[a-z]{2}[a-z-]*(?:=.*)?$/s.test(argument) ? `-${argument}` : argument
}

/** Runs `load`; a ConfigError ends the process with its sentence. */
export function orFail<T>(load: () => T): T {
  try {
    return load()
  } catch (error) {
    if (error instanceof ConfigError) fail(error.message)
    throw error
  }
}

/** For options that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value]
}

/** A whole number of at least `least`; ends the process with `message` otherwise. */
export function integerOption(least: number, message: string): (value: string) => number {
  return (value) => {
    const number = Number(value)
    return /^\d+$/.test(value) && number >= least ? number : fail(message)
  }
}
