/// What a core remembers of earlier walks: a walk's way to its TLBs and walk caches.
///
/// It is micro-architecture: a walk without it, through ``NoCaches``, is all that the manuals describe,
/// and whoever reads the walk for the first time can skip every branch on ``isAbsent``. Which it is, is
/// known when the walk is compiled.
protocol WalkCaches {
  /// Whether there are none.
  static var isAbsent: Bool { get }

  /// The same caches for a walk that they neither count nor learn from.
  var quiet: Self { get }

  /// The same caches for an access to `key`, which names the virtual address, whatever the registers
  /// make of its top bits.
  func at(_ key: UInt64) -> Self

  /// What the TLBs know of the access, if their entry gives it all rights and leaves nothing to update.
  func recall<Guest: GuestPagingFormat, Host: PagingFormat>(
    _: Guest.Type, _: Host.Type, _ access: WalkAccess, _ guest: StageView<Guest.Rules>,
    _ host: StageView<Host.Rules>
  ) -> WalkArrival?

  /// What a TLB of the first stage alone knows of it.
  func recallGuest<Guest: GuestPagingFormat>(
    _: Guest.Type, _ address: UInt64, _ access: WalkAccess, _ guest: StageView<Guest.Rules>
  ) -> StageLeaf?

  /// Keeps what the first stage's walk found, if there are TLBs of that stage alone.
  func keepGuest<Guest: GuestPagingFormat>(
    _: Guest.Type, _ leaf: StageLeaf, _ access: WalkAccess, _ guest: StageView<Guest.Rules>,
    _ reads: Int)

  /// Keeps what both stages' walks found.
  func keep<Guest: GuestPagingFormat>(
    _: Guest.Type, _ found: StageLeaf, _ leaf: StageLeaf, _ access: WalkAccess,
    _ guest: StageView<Guest.Rules>, _ reads: Int)

  /// Where the walk of the guest's tables can start.
  func guestStart(_ address: UInt64, _ geometry: StageGeometry, indexBits: UInt64) -> WalkStart?

  /// Takes note of an entry that leads to a guest's table; it is kept once the table has been reached.
  func passGuestTable(_ table: UInt64, by entry: PassedEntry)

  /// Where the table lies in the machine's memory that the walk starts at, if that is known: once.
  func takePlaceOfTable() -> UInt64?

  /// Keeps the entry that led to the guest's table that lies at `place`, in a page of `2^shift` bytes.
  func keepGuestTable(at place: UInt64, in shift: UInt64, readsBelow: Int)

  /// Where the walk of the hypervisor's tables can start.
  func hostStart(_ address: UInt64, _ geometry: StageGeometry, indexBits: UInt64) -> WalkStart?

  /// Keeps an entry that leads to a table of the hypervisor's.
  func keepHostTable(_ table: UInt64, of address: UInt64, by entry: PassedEntry)

  /// What the cache of guest-physical pages knows.
  func recallNested<Host: PagingFormat>(
    _: Host.Type, _ address: UInt64, _ access: WalkAccess, _ role: WalkFailure.Context,
    _ host: StageView<Host.Rules>
  ) -> StageLeaf?

  /// Keeps what the second stage's walk found.
  func keepNested<Host: PagingFormat>(
    _: Host.Type, _ leaf: StageLeaf, of address: UInt64, _ access: WalkAccess,
    _ role: WalkFailure.Context, _ host: StageView<Host.Rules>)
}

/// No caches: every table is read.
struct NoCaches: WalkCaches {
  static var isAbsent: Bool { true }
  var quiet: Self { self }
  @inline(__always)
  func at(_ key: UInt64) -> Self { self }

  func recall<Guest: GuestPagingFormat, Host: PagingFormat>(
    _: Guest.Type, _: Host.Type, _ access: WalkAccess, _ guest: StageView<Guest.Rules>,
    _ host: StageView<Host.Rules>
  ) -> WalkArrival? { nil }

  func recallGuest<Guest: GuestPagingFormat>(
    _: Guest.Type, _ address: UInt64, _ access: WalkAccess, _ guest: StageView<Guest.Rules>
  ) -> StageLeaf? { nil }

  func keepGuest<Guest: GuestPagingFormat>(
    _: Guest.Type, _ leaf: StageLeaf, _ access: WalkAccess, _ guest: StageView<Guest.Rules>,
    _ reads: Int
  ) {}

  func keep<Guest: GuestPagingFormat>(
    _: Guest.Type, _ found: StageLeaf, _ leaf: StageLeaf, _ access: WalkAccess,
    _ guest: StageView<Guest.Rules>, _ reads: Int
  ) {}

  func guestStart(_ address: UInt64, _ geometry: StageGeometry, indexBits: UInt64) -> WalkStart? {
    nil
  }

  func passGuestTable(_ table: UInt64, by entry: PassedEntry) {}

  func takePlaceOfTable() -> UInt64? { nil }

  func keepGuestTable(at place: UInt64, in shift: UInt64, readsBelow: Int) {}

  func hostStart(_ address: UInt64, _ geometry: StageGeometry, indexBits: UInt64) -> WalkStart? {
    nil
  }

  func keepHostTable(_ table: UInt64, of address: UInt64, by entry: PassedEntry) {}

  func recallNested<Host: PagingFormat>(
    _: Host.Type, _ address: UInt64, _ access: WalkAccess, _ role: WalkFailure.Context,
    _ host: StageView<Host.Rules>
  ) -> StageLeaf? { nil }

  func keepNested<Host: PagingFormat>(
    _: Host.Type, _ leaf: StageLeaf, of address: UInt64, _ access: WalkAccess,
    _ role: WalkFailure.Context, _ host: StageView<Host.Rules>
  ) {}
}
