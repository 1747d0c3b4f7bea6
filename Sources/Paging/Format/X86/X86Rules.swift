/// What the registers say about one tree of 4-level or 5-level paging: a guest's or a nested one.
struct X86Rules: Sendable, Hashable {
  /// Whether the tree is a nested one, where every access is a user's.
  var isNested = false
  /// MAXPHYADDR: address bits from here up to 51 are reserved.
  var physicalBits: UInt64 = 52
  /// IA32_EFER.NXE: whether bit 63 forbids execution, or is reserved.
  var hasNoExecute = false
  /// CR4.PGE: whether pages can be global.
  var hasGlobalPages = false
  /// CR0.WP: whether supervisor writes need R/W too.
  var protectsFromSupervisor = false
  /// CR4.SMEP: whether supervisor fetches from user pages are forbidden.
  var preventsSupervisorExecution = false
  /// CR4.SMAP without RFLAGS.AC: whether supervisor data accesses to user pages are forbidden.
  var preventsSupervisorAccess = false
  /// PKRU, if CR4.PKE is set.
  var userKeys: UInt64?
  /// IA32_PKRS, if CR4.PKS is set.
  var supervisorKeys: UInt64?
  /// Whether bit 8 is reserved in PML4 and PML5 entries, as AMD has it.
  var reservesGlobalAbove = false

  /// Whether SMEP or SMAP keeps a supervisor's access from user pages.
  func preventsUserPage(_ access: WalkAccess) -> Bool {
    access.isFetch ? preventsSupervisorExecution : preventsSupervisorAccess
  }

  /// The protection keys with which a data access is denied, one bit each (SDM 3A 4.6.2).
  ///
  /// Bit 2i of the register is AD, the access disable of key i, and bit 2i+1 WD, its write disable,
  /// which a supervisor's write meets only if CR0.WP is set.
  func deniedKeys(_ keys: UInt64?, _ access: WalkAccess) -> UInt64 {
    guard let keys, !access.isFetch else { return 0 }
    let writeCounts = access.isWrite && (access.isUser || protectsFromSupervisor)
    var denied: UInt64 = 0
    for key in 0..<16 as Range<UInt64> {
      let rights = keys >> (2 * key) & 3
      if rights & 1 != 0 || rights & 2 != 0 && writeCounts { denied |= 1 << key }
    }
    return denied
  }
}
