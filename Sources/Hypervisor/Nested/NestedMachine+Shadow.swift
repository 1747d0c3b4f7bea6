import Costs
import Paging

extension NestedMachine {
  /// The hardware has met SPT12: L1 looks whether L2's own tables allow the access, and then follows
  /// them, or lets L2's kernel see to it.
  mutating func resolveShadowFault(
    _ failure: WalkFailure, _ actor: NestedActor, storing word: UInt64?
  ) throws(NestedError) -> Bool {
    let address = failure.guestVirtual
    let found = walk(.guest2, address.value)
    guard let page = found.page, page.allows(failure.asked) else {
      leaveToInner(actor, .pageFault(address))
      enterGuest(.kernel, .injectPageFault)
      try handlePageFault(failure)
      try returnFromHandler(to: actor, address, failure.asked)
      return false
    }

    let target = page.address + address.value & (page.bytes - 1)
    if let word, failure.asked.kind == .write, followed.contains(target & ~4095) {
      let level = followed.roles(of: target & ~4095).first?.level ?? 0
      leaveToInner(actor, .protectedStore(.guest2, level: level))
      count(.decodeInstruction)
      count(.decodeInstruction)
      let old = read(target, of: .guest2)
      write(word, at: target, of: .guest2)
      try followStore(at: target, old: old, new: word)
      enterGuest(actor, .emulateStore(.guest2, level: level))
      return true
    }

    leaveToInner(actor, .pageFault(address))
    let bytes = try shadow(address.value, found, page, failure.asked)
    enterGuest(actor, .fill(.shadow12, pageBytes: bytes))
    return false
  }

  /// L2 gets to L1: by way of L0, or by software.
  mutating func leaveToInner(_ actor: NestedActor, _ act: NestedAct) {
    if scheme.isSoftware {
      play(actor, act, to: .inner)
    } else {
      play(actor, act, to: .outer)
      play(.outer, .reflect, to: .inner)
      accessControlStructure()
    }
    count(.decode)
  }

  /// L1 does its last act and L2 runs again: by way of L0, or by software.
  mutating func enterGuest(_ actor: NestedActor, _ act: NestedAct) {
    if scheme.isSoftware {
      play(.inner, act, to: actor)
    } else {
      play(.inner, act)
      play(.inner, .resume, to: .outer)
      play(.outer, .enter, to: actor)
    }
  }

  /// L2's kernel goes back to its program, which a paravirtual one tells L1.
  private mutating func returnFromHandler(
    to actor: NestedActor, _ address: GuestVirtual, _ access: Access
  ) throws(NestedError) {
    guard scheme.isSoftware, options.prefaults else {
      play(.kernel, .returnFromFault, to: actor)
      return
    }
    play(.kernel, .returnByCall, to: .inner)
    let found = walk(.guest2, address.value)
    guard let page = found.page, page.allows(access) else {
      play(.inner, .enter, to: actor)
      return
    }
    let bytes = try shadow(address.value, found, page, access)
    play(.inner, .fill(.shadow12, pageBytes: bytes), to: actor)
  }

  /// L1 writes the shadow of a page, and returns the bytes that it maps.
  private mutating func shadow(
    _ address: UInt64, _ found: FollowedWalk, _ page: FollowedWalk.Page, _ access: Access
  ) throws(NestedError) -> UInt64 {
    for (table, role) in found.tables { try follow(table, role) }
    let target = page.address + address & (page.bytes - 1)
    let inner = try backing(of: target)
    let bytes = target < NestedLayout.kernelBytes ? 4096 : min(page.bytes, layout.pageBytes)
    var rights: GuestPermissions = [.read, .execute]
    if page.isUser { rights.insert(.user) }
    let backed = target & ~(layout.pageBytes - 1)
    if access.kind == .write { innerProtected.remove(backed) }
    if page.isWritable, !followed.contains(target & ~4095), !innerProtected.contains(backed) {
      rights.insert(.write)
    }
    let base = address & ~(bytes - 1)
    try forget(base, bytes: bytes)
    do {
      let summary = try shadow12.map(
        GuestVirtual(base), bytes: bytes, to: GuestPhysical(inner & ~(bytes - 1)),
        GuestAttributes(rights), pageBytes: bytes, in: &memory)
      count(.installTable, UInt64(summary.tablesAdded))
    } catch {
      throw .tables(error)
    }
    count(.shadowEntry)
    remember(base, of: target & ~(bytes - 1))
    return bytes
  }
}

extension FollowedWalk.Page {
  /// Whether the page allows an access of the guest's, under CR0.WP and without SMEP and SMAP.
  func allows(_ access: Access) -> Bool {
    (access.privilege == .supervisor || isUser) && (access.kind != .write || isWritable)
  }
}
