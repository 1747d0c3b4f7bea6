import Costs
import Paging

extension NestedMachine {
  /// Somebody does something and goes on, or hands the processor on.
  mutating func play(_ actor: NestedActor, _ act: NestedAct, to next: NestedActor? = nil) {
    let step = NestedStep(actor: actor, act: act, next: next)
    steps.append(step)
    guard let next, step.isSwitch else { return }
    if step.isExit { ledger.count(.work(.nest)) }
    switch (scheme, actor.level, next.level) {
    case (.paravirtual, _, 0): count(.exit)
    case (.paravirtual, 0, _): count(.entry)
    case (.paravirtual, _, _): count(.softwareSwitch)
    default: count(.nestedSwitch)
    }
  }

  /// Counts what serving L2 used.
  mutating func count(_ component: Component, _ amount: UInt64 = 1) {
    ledger.use(component, amount, for: .work(.nest))
  }

  /// What an access of L2's comes to.
  enum Arrival {
    /// The processor found its place.
    case reached(Translation)
    /// A hypervisor carried it out.
    case emulated
  }

  /// Makes an access of L2's, with all that it takes.
  mutating func access(
    _ address: GuestVirtual, _ access: Access, storing word: UInt64? = nil
  ) throws(NestedError) -> Arrival {
    let actor: NestedActor = access.privilege == .user ? .program : .kernel
    // Each attempt but the last adds what one stage lacked; the kernel's stores have loops of their own.
    for _ in 0..<32 {
      switch translate(address, access) {
      case .success(let translation):
        if let word { memory.store(word, at: translation.hostPhysical) }
        return .reached(translation)
      case .failure(let failure):
        if try resolve(failure, actor, storing: word) { return .emulated }
      }
    }
    if case .failure(let failure) = translate(address, access) { throw .unresolved(failure) }
    throw .notMapped(address)
  }

  private mutating func translate(
    _ address: GuestVirtual, _ access: Access
  ) -> Result<Translation, WalkFailure> {
    do {
      return .success(try nested.translate(address, access, in: &memory))
    } catch {
      return .failure(error)
    }
  }

  /// Does what a stopped access asks for, and says whether the access itself was carried out by it.
  private mutating func resolve(
    _ failure: WalkFailure, _ actor: NestedActor, storing word: UInt64?
  ) throws(NestedError) -> Bool {
    switch (scheme, failure.stage) {
    case (.extended, .first):
      // L2 takes its page faults itself.
      play(actor, .pageFault(failure.guestVirtual), to: .kernel)
      try handlePageFault(failure)
      play(.kernel, .returnFromFault, to: actor)
      return false
    case (.extended, .second):
      try resolveViolation(failure, actor)
      return false
    case (_, .first):
      return try resolveShadowFault(failure, actor, storing: word)
    case (_, .second):
      guard let address = failure.guestPhysical else { throw .unresolved(failure) }
      play(actor, .violation(.extended01, address.value), to: .outer)
      try back(address.value, failure)
      play(.outer, .enter, to: actor)
      return false
    }
  }

  /// L0 backs a page of L1's again.
  mutating func back(_ address: UInt64, _ failure: WalkFailure) throws(NestedError) {
    let page = address & ~(layout.pageBytes - 1)
    guard let frame = outerBacking[page] else { throw .unresolved(failure) }
    do {
      try extended01.map(
        GuestPhysical(page), bytes: layout.pageBytes, to: HostPhysical(frame), .readWriteExecute,
        pageBytes: layout.pageBytes, in: &memory)
    } catch {
      throw .tables(error)
    }
    count(.installEntry)
    play(.outer, .fill(.extended01, pageBytes: layout.pageBytes))
  }

  /// L2's kernel handles a page fault of its program's.
  mutating func handlePageFault(_ failure: WalkFailure) throws(NestedError) {
    let address = failure.guestVirtual.value
    guard layout.program.contains(address), failure.asked.privilege == .user else {
      throw .unresolved(failure)
    }
    play(.kernel, .handlePageFault)
    ledger.count(.guest(.minor))
    ledger.use(.guestFault, for: .guest(.minor))
    let page = address & ~(layout.guestPageBytes - 1)
    let found = walk(.guest2, address)
    let frame = found.page?.address ?? chosenFrames[page] ?? page
    let stores = try stores(.guest2, to: frame, at: page, leafLevel: layout.guestLeafLevel)
    for store in stores where NestedEntry.isTable(store.word, .guest2, level: store.level) {
      // The kernel clears a new table, and so touches it, before anything leads to it.
      let table = GuestVirtual(layout.direct + NestedEntry.address(store.word))
      _ = try access(table, .write, storing: 0)
    }
    for store in options.building == .downwards ? stores : stores.reversed() {
      try storeInGuest(store)
    }
  }

  /// L2's kernel stores an entry of its tables.
  mutating func storeInGuest(_ store: PlannedStore) throws(NestedError) {
    let before = steps.count
    _ = try access(
      GuestVirtual(layout.direct + store.place), .write, storing: store.word)
    if steps.count == before { play(.kernel, .store(.guest2, level: store.level)) }
  }

  /// L1 accesses L2's control structure while it handles an exit.
  mutating func accessControlStructure() {
    for _ in 0..<options.controlStructureExits {
      play(.inner, .accessControlStructure, to: .outer)
      play(.outer, .emulateControlStructure, to: .inner)
    }
  }

  /// The page of L1's that backs one of L2's; a new one is found where L2 may have one.
  mutating func backing(of address: UInt64) throws(NestedError) -> UInt64 {
    if let inner = innerAddress(of: address) { return inner }
    guard layout.data.contains(address) else { throw .notOfData(GuestPhysical(address)) }
    let isUsed = innerPages.givesUsed
    guard let frame = innerPages.take() else { throw .outOfPages }
    if isUsed { clear(frame) }
    innerBacking[address & ~(layout.pageBytes - 1)] = frame
    count(.allocate)
    count(.zeroByte, layout.pageBytes)
    return frame + address & (layout.pageBytes - 1)
  }
}
