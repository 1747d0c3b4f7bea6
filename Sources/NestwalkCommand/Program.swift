import Console

/// The program: what it is called, and its commands.
@main
enum Program: CommandProgram {
  static let name = "nestwalk"
  static let summary = "two-stage address translation, as the hardware does it"
  static let version = "0.1.0"

  /// The commands in the order of the help.
  static let commands: [any Command.Type] = [
    Run.self, Walk.self, Translate.self, TLB.self, Merge.self, Replay.self, Reclaim.self,
    Profiles.self,
    Guest.self, Compare.self, DensityCommand.self, Migrate.self, Check.self, SchemaCommand.self,
    ClaimsCommand.self, Cases.self, Import.self, CaptureScriptCommand.self, Completions.self,
    Manual.self,
  ]

  static let example = CommandExample(
    "nestwalk walk --guest sv39 --host sv39x4",
    "Shows every table read of one nested translation.")
}
