/// What the CSRs say about one stage of RISC-V translation.
struct RISCVRules: Sendable, Hashable {
  /// Whether the stage is the G-stage, where every access is one of U-mode.
  var isGStage: Bool
  /// SUM: whether supervisor loads and stores may use user pages.
  var supervisorUsesUserPages = false
  /// MXR: whether loads may use pages that are only executable.
  var executableIsReadable = false
  /// ADUE: whether the hardware sets accessed and dirty flags (Svadu), or faults (Svade).
  var updatesFlags = false
  /// PBMTE: whether the page-based memory types are there (Svpbmt).
  var hasMemoryTypes = false
}
