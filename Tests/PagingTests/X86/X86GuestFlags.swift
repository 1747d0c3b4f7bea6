/// What a case of the flat oracle sets in the guest: its registers, its access, the leaf entry of its
/// path and one entry above.
///
/// All other entries are permissive.
enum X86GuestFlag: Int, FlagName {
  // The leaf.
  case leafPresent, leafWrite, leafUser, leafNoExecute, leafAccessed, leafDirty
  /// The protection key 1 instead of 0.
  case leafKey
  case leafReservedAddress
  /// A bit of the address below the page's size; large pages only.
  case leafMisaligned
  // The entry above.
  case upperPresent, upperWrite, upperUser, upperNoExecute, upperAccessed
  case upperReservedAddress
  /// PS, where it is reserved: in the upper two levels.
  case upperPageSize
  /// G, which AMD reserves in the upper two levels.
  case upperGlobal
  /// Everything that is ignored, in both entries.
  case ignored
  // Registers.
  case writeProtect, noExecuteEnable, smep, smap, alignmentCheck
  case userKeys, supervisorKeys
  /// Key 1 of PKRU and of IA32_PKRS: its access disable and its write disable.
  case userKeyAccess, userKeyWrite, supervisorKeyAccess, supervisorKeyWrite
  /// Accessed flags wait for the walk's success.
  case onSuccess
  // The access: a read if it is neither of the last two.
  case user, write, fetch
}

extension FlagSet<X86GuestFlag> {
  /// Everything allowed, with all accessed and dirty flags set.
  static var permissive: Self {
    Self([
      .leafPresent, .leafWrite, .leafUser, .leafAccessed, .leafDirty, .upperPresent, .upperWrite,
      .upperUser, .upperAccessed, .writeProtect, .noExecuteEnable,
    ])
  }

  /// Whether there is such an access.
  var isLegal: Bool { !(self[.write] && self[.fetch]) }
}

/// The shape of a case: how many levels the stages have and where the entries are that it sets.
///
/// Levels count from the leaf, from 0.
struct X86PermutationShape: Sendable, CustomStringConvertible {
  var guestLevels = 4
  var guestLeaf = 0
  var guestUpper = 1
  var hostLevels = 4
  var hostLeaf = 0
  var hostUpper = 1

  /// Every shape that there is.
  static let all: [Self] = {
    var all: [Self] = []
    for guestLevels in 4...5 {
      for guestLeaf in 0...2 {
        for guestUpper in guestLeaf + 1..<guestLevels {
          for hostLevels in 4...5 {
            for hostLeaf in 0...2 {
              for hostUpper in hostLeaf + 1..<hostLevels {
                all.append(
                  Self(
                    guestLevels: guestLevels, guestLeaf: guestLeaf, guestUpper: guestUpper,
                    hostLevels: hostLevels, hostLeaf: hostLeaf, hostUpper: hostUpper))
              }
            }
          }
        }
      }
    }
    return all
  }()

  var description: String {
    "guest \(guestLevels) leaf \(guestLeaf) upper \(guestUpper), host \(hostLevels) leaf \(hostLeaf)"
      + " upper \(hostUpper)"
  }
}
