import HostMemory
import Paging

extension VirtualMachine {
  /// Whether a page is mapped in the smallest size, whatever is behind it.
  ///
  /// Writes are logged by pages of 4 KiB, and a fetch must not meet a large page that can't be executed.
  func mapsSmall(_ slot: Int, _ access: Access.Kind) -> Bool {
    if access.isFetch, hasNonExecutableLargePages { return true }
    guard isLogged(slot), let log = dirtyLogs[slot] else { return false }
    // Flags that scans look for are as large as the pages.
    return log.mechanism != .flags || log.splitting == .eager
  }

  /// Whether large pages can't be executed: an erratum of x86 processors.
  var hasNonExecutableLargePages: Bool {
    policy.hasNonExecutableLargePages && configuration.host.isa == .x86
  }

  /// The attributes of a page by the policy and the log of its slot, of those that the guest may have.
  func ruled(
    _ plain: HostAttributes, _ order: FrameOrder, slot: Int, _ access: Access.Kind
  ) -> HostAttributes {
    var rights = plain.permissions
    switch policy.rights {
    case .all: break
    case .allButUnusedWrites: if access != .write { rights.remove(.write) }
    case .asAccessed: rights.formIntersection(access.rights(configuration.host))
    }
    var isClean = false
    if isLogged(slot), access != .write {
      if dirtyLogs[slot]?.mechanism.usesFlags == true {
        isClean = true
      } else {
        rights.remove(.write)
      }
    }
    if order != .small, hasNonExecutableLargePages { rights.subtract(.execute) }
    var attributes = HostAttributes(rights)
    if isClean { attributes.isDirty = false }
    return attributes
  }

  /// Lets the small pages be executed that a large one around each of these addresses was just split
  /// into, if it is only large pages that can't.
  mutating func allowExecution(around addresses: [UInt64], on host: inout Host) {
    guard hasNonExecutableLargePages else { return }
    for address in addresses {
      // All have the rights of the one page that they were.
      guard let page = tables.page(at: GuestPhysical(address), in: host.memory) else { continue }
      do {
        try tables.protect(
          GuestPhysical(address & ~(FrameOrder.large.bytes - 1)), bytes: FrameOrder.large.bytes,
          page.attributes.permissions.union(.execute), skippingHoles: true, in: &host.memory)
      } catch {
        preconditionFailure("\(error) can't come from a page that was just split")
      }
    }
  }

  /// Whether a page that the process has large is mapped large again in place of a table.
  ///
  /// A table that is there because small pages can be executed stays.
  var replacesTables: Bool { !hasNonExecutableLargePages }
}

extension Access.Kind {
  /// Whether instructions are fetched, or read as if they were.
  var isFetch: Bool { self == .fetch || self == .hlvx }

  /// The rights that the access needs, in the smallest set that a format has.
  func rights(_ format: HostFormat) -> HostPermissions {
    switch self {
    case .read: return .read
    case .write: return [.read, .write]
    case .fetch, .hlvx: return format.hasExecuteOnly ? .execute : [.read, .execute]
    }
  }
}

extension HostFormat {
  /// Whether a page can be executed that can't be read; AMD's tables are those of x86-64, where a page
  /// that is present can be read.
  var hasExecuteOnly: Bool { self != .npt4 && self != .npt5 }
}
