/// How the memory behind a page may be cached.
///
/// Every format has ``writeBack``; which of the others it has, the manuals say, and a page of a type
/// that its format lacks is refused.
public enum MemoryType: Sendable, Hashable {
  /// Ordinary memory. RISC-V leaves the type to the physical memory attributes.
  case writeBack
  /// Ordinary memory whose writes go through.
  case writeThrough
  /// Ordinary memory whose writes go through and are not cached (EPT).
  case writeProtected
  /// Ordinary memory that is not cached: x86 write combining, Arm Normal Non-cacheable, RISC-V NC.
  case nonCacheable
  /// Memory-mapped registers: x86 uncacheable, Arm Device-nGnRE, RISC-V IO.
  case device
  /// The type that a register holds at this index: PAT on x86-64, MAIR_EL1 on Arm.
  case index(UInt8)
}
