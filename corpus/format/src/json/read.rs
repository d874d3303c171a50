//! Reads state tests as case files.

use super::own::Own;
use super::unique::Unique;
use crate::casefile::{CaseFile, Expect, TxExpect};
use crate::error::{Error, Source};
use crate::hex::shorten;
use crate::limits;
use crate::statetest::shape::{Index, TestShape};
use crate::statetest::{self, Post, Test, build, exception, json_error};
use api::{Case, Revision, Transaction};
use spec::limits::BlobSchedule;

/// Reads the cases of a file, ours or from elsewhere.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Vec<CaseFile>, Error> {
    let source = Source { file: file_name, text: bytes };
    source.check_size(limits::FILE)?;
    let Unique = serde_json::from_slice(bytes).map_err(|error| {
        let error = json_error(source, &error);
        if error.what.ends_with("stands twice") { error.hint("remove one of them") } else { error }
    })?;
    let mut files = Vec::new();
    for test in statetest::read(bytes, file_name)? {
        match &test.shape.info.unanimous {
            Some(own) => files.push(read_own(&test, own)?),
            None => read_foreign(&test, &mut files)?,
        }
    }
    for file in &files {
        check_limits(file, source)?;
    }
    Ok(files)
}

/// The case and expectations that [`super::write()`] wrote.
fn read_own(test: &Test, own: &Own) -> Result<CaseFile, Error> {
    let shape = &test.shape;
    let mut block = build::block(&shape.env, &shape.config, Revision::Frontier);
    if let Some(excess) = own.excess_blob_gas {
        block.excess_blob_gas = excess.0;
    }
    block.rlp_len = own.rlp_len.map(|len| len.0);
    block.blob_schedule = own.blob_schedule.map(|schedule| BlobSchedule {
        target: schedule.target.0,
        max: schedule.max.0,
        update_fraction: schedule.base_fee_update_fraction.0,
    });
    let case = Case {
        name: test.name.clone(),
        revision: Revision::LATEST,
        chain_id: shape.config.chainid.map_or(crate::evm::CHAIN_ID, |id| id.0),
        block,
        accounts: shape.pre.0.clone(),
        transactions: own_transactions(test, shape)?,
        gas_uncapped: own.gas_uncapped,
    };
    let expect = own_expects(test, own, case.transactions.len())?;
    Ok(CaseFile::new(test.name.clone(), own.about.clone(), case, expect))
}

fn own_transactions(test: &Test, shape: &TestShape) -> Result<Vec<Transaction>, Error> {
    let shapes = match (&shape.transaction, &shape.transactions) {
        (Some(one), None) => std::slice::from_ref(one),
        (None, Some(several)) if !several.is_empty() => several,
        _ => return Err(test.error("the test has no `transaction`").hint("give it one, or a list `transactions`")),
    };
    let build = |shape| build::transaction(shape, Index::default());
    shapes.iter().map(build).collect::<Result<_, _>>().map_err(|(what, hint)| test.error(what).hint(hint))
}

fn own_expects(test: &Test, own: &Own, transactions: usize) -> Result<Vec<Expect>, Error> {
    let mut expects: Vec<Expect> = Vec::new();
    for (fork, posts) in &test.shape.post.0 {
        let [post] = posts.as_slice() else {
            return Err(test
                .error(format!("{} posts of {}", posts.len(), fork.0))
                .hint("a case has one for each revision"));
        };
        let (state_root, logs_hash) = (Some(post.hash.0), Some(post.logs.0));
        expects.push(Expect { revision: fork.0, state_root, logs_hash, ..Expect::default() });
    }
    for own in &own.expect {
        let revision = own.revision.0;
        let Some(expect) = expects.iter_mut().find(|expect| expect.revision == revision) else {
            return Err(test.error(format!("{revision} is expected and has no post")).hint("add a post for it"));
        };
        if !own.transactions.is_empty() && own.transactions.len() != transactions {
            let what = format!("{} transactions expected, the case has {transactions}", own.transactions.len());
            return Err(test.error(what).hint("expect something of each, or of none"));
        }
        let outcomes: Result<_, _> = own.transactions.iter().map(|outcome| outcome.expect()).collect();
        expect.transactions = outcomes.map_err(|(what, hint): (String, String)| test.error(what).hint(hint))?;
        expect.consensus = own.consensus.map(|hash| hash.0);
        expect.exact = own.exact.map(|hash| hash.0);
    }
    Ok(expects)
}

/// One case for each transaction of the family, and for each group of revisions with the same surroundings.
fn read_foreign(test: &Test, files: &mut Vec<CaseFile>) -> Result<(), Error> {
    let mut groups: Vec<(Index, Case, Vec<Expect>)> = Vec::new();
    for post in test.posts() {
        let case = test.case(&post)?;
        // Within a test only the block can differ between revisions.
        let same = |(index, other, expects): &&mut (Index, Case, Vec<Expect>)| {
            *index == post.index
                && other.block == case.block
                && expects.iter().all(|expect| expect.revision != post.revision)
        };
        let expect = foreign_expect(&post);
        match groups.iter_mut().find(same) {
            Some((.., expects)) => expects.push(expect),
            None => groups.push((post.index, case, vec![expect])),
        }
    }
    let is_alone = groups.len() == 1;
    for (i, (index, case, expects)) in groups.iter().enumerate() {
        let twins = groups[..i].iter().filter(|(other, ..)| other == index).count();
        let name = match (is_alone, twins) {
            (true, _) => test.name.clone(),
            (false, 0) => format!("{}/{index}", test.name),
            (false, twins) => format!("{}/{index}/{}", test.name, twins + 1),
        };
        files.push(CaseFile::new(name, String::new(), case.clone(), expects.clone()));
    }
    Ok(())
}

fn foreign_expect(post: &Post<'_>) -> Expect {
    // Only an exception that leaves one reason says what the transaction is to be rejected for.
    let transactions = match post.exception().map(|text| exception::allowed(text)) {
        Some(allowed) if allowed.unknown.is_empty() && allowed.rejections.len() == 1 => {
            vec![TxExpect::Rejected(allowed.rejections[0])]
        }
        _ => Vec::new(),
    };
    Expect {
        revision: post.revision,
        transactions,
        state_root: Some(post.state_root()),
        logs_hash: Some(post.logs_hash()),
        ..Expect::default()
    }
}

fn check_limits(file: &CaseFile, source: Source<'_>) -> Result<(), Error> {
    let codes = file.case.accounts.values().map(|account| &account.code);
    let data = file.case.transactions.iter().map(|transaction| &transaction.data);
    let outputs = file.expect.iter().flat_map(|expect| &expect.transactions).filter_map(|outcome| match outcome {
        TxExpect::Executed { output, .. } => Some(output),
        TxExpect::Rejected(_) => None,
    });
    let longest = codes.chain(data).chain(outputs).map(|bytes| bytes.len()).max().unwrap_or_default();
    let name = shorten(&file.name);
    if longest > limits::CODE {
        let what = format!("code, data or output of {longest} bytes in `{name}`, the limit is {}", limits::CODE);
        return Err(source.error(0, what).hint("use less"));
    }
    let count = file.case.transactions.len();
    if count > limits::TRANSACTIONS {
        let what = format!("{count} transactions in `{name}`, the limit is {}", limits::TRANSACTIONS);
        return Err(source.error(0, what).hint("split the case"));
    }
    Ok(())
}
