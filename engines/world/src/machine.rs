//! [`Machine`]: the world and the driver around a vm make an engine.

use crate::authorization::Signers;
use crate::driver::{Room, Vms};
use crate::entry::Journal;
use crate::roots::state_root;
use crate::session::{Stream, lend};
use crate::state::World;
use crate::transact::{Context, Recording, transact};
use api::{Case, Counts, Engine, EngineError, EngineId, Field, Outcome, Published, Unsupported, Vm, Watch};

/// Turns a vm into an engine.
pub struct Machine<V> {
    id: EngineId,
    vm: V,
    precise: Option<Box<dyn Vm>>,
    room: Room,
    journal: Journal,
    signers: Signers,
}

impl<V: Vm + 'static> Machine<V> {
    /// An engine that runs every frame on `vm`.
    pub fn new(id: EngineId, vm: V) -> Machine<V> {
        let (room, journal) = (Room::default(), Journal::new());
        Machine { id, vm, precise: None, room, journal, signers: Signers::default() }
    }

    /// The same, with a vm that finishes the frames that `vm` leaves.
    pub fn with_precise(id: EngineId, vm: V, precise: Box<dyn Vm>) -> Machine<V> {
        Machine { precise: Some(precise), ..Machine::new(id, vm) }
    }
}

impl<V: Vm + 'static> Engine for Machine<V> {
    fn id(&self) -> EngineId {
        self.id.clone()
    }

    fn supports(&self, _case: &Case) -> Result<(), Unsupported> {
        Ok(())
    }

    fn run(&mut self, case: &Case, mut watch: Watch<'_>) -> Result<Outcome, EngineError> {
        let mut context = Context {
            case,
            world: World::new(case.revision, &case.accounts, std::mem::take(&mut self.journal)),
            stream: Stream::default(),
            signers: &mut self.signers,
            gas_used: 0,
            blobs_used: 0,
        };
        let mut transactions = Vec::with_capacity(case.transactions.len());
        for index in 0..case.transactions.len() {
            let recording = Recording {
                exact: watch.exact,
                checkpoints: watch.checkpoints,
                steps: watch.steps,
                observer: lend(&mut watch.observer),
            };
            let vms = Vms {
                first: &mut self.vm,
                precise: match &mut self.precise {
                    Some(vm) => Some(vm.as_mut()),
                    None => None,
                },
            };
            transactions.push(transact(&mut context, index, vms, &mut self.room, recording)?);
        }
        let (state, journal) = context.world.into_accounts();
        self.journal = journal;
        let state_root = if watch.roots { Field::Known(state_root(&state)) } else { Field::Unknown };
        Ok(Outcome { transactions, state: Field::Known(state), state_root })
    }

    fn take_compiled(&mut self) -> Option<Counts> {
        self.vm.take_compiled()
    }

    fn take_published(&mut self) -> Vec<Published> {
        self.vm.take_published()
    }
}
